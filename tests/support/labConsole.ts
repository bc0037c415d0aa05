import { onTestFinished, vi } from 'vitest';

/** Everything this page reports as an error from now to the end of the test: console.error, rejections, exceptions. */
export function collectErrors(): readonly string[] {
  const found: string[] = [];
  const spy = vi.spyOn(console, 'error').mockImplementation((...parts) => void found.push(parts.map(String).join(' ')));
  const onError = ({ message }: ErrorEvent) => void found.push(message);
  const onRejection = ({ reason }: PromiseRejectionEvent) => void found.push(`rejected: ${String(reason)}`);
  addEventListener('error', onError);
  addEventListener('unhandledrejection', onRejection);
  onTestFinished(() => {
    spy.mockRestore();
    removeEventListener('error', onError);
    removeEventListener('unhandledrejection', onRejection);
  });
  return found;
}

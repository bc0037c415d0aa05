import { CancelledError, InputError } from '../core/errors.ts';
import {
  buffersIn,
  type CommandName,
  type Commands,
  type Frame,
  type FromSession,
  type PartOf,
  type PlainError,
  type ToSession,
} from './protocol.ts';

export interface CommandOptions<N extends CommandName = CommandName> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Hears what is known so far. */
  readonly onPart?: (part: PartOf<N>) => void;
}

/** The page's side of the conversation. */
export interface Connection {
  /** True when the engine runs in a worker of its own; false: on the page, in short slices. */
  readonly isWorker: boolean;
  /** Why there is no worker, when there is none. */
  readonly reason: string;
  /** Sends a command; typed arrays inside `take` are moved, not copied. Errors come back as thrown there. */
  send<N extends CommandName>(
    name: N,
    take: Commands[N]['take'],
    options?: CommandOptions<N>,
  ): Promise<Commands[N]['answer']>;
  /** Tells the session that the last frame is on screen. */
  drawn(): void;
  close(): void;
}

export interface ConnectOptions {
  readonly onFrame: (frame: Frame) => void;
  /** Something failed outside any command. */
  readonly onFailure: (error: Error) => void;
  /** 'page' runs the engine on the page, without a worker. */
  readonly where?: 'worker' | 'page';
}

/** How long a worker may take to say that it is there. */
const READY_MS = 15000;

interface Link {
  readonly isWorker: boolean;
  readonly reason: string;
  post(message: ToSession, transfer: Transferable[]): void;
  close(): void;
}

/** Starts a session in a worker; where workers are forbidden or fail to start, on the page itself. */
export async function connect({ onFrame, onFailure, where = 'worker' }: ConnectOptions): Promise<Connection> {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;

  const receive = (message: FromSession): void => {
    switch (message.type) {
      case 'ready':
        return;
      case 'frame':
        return onFrame(message.frame);
      case 'progress':
        return waiting.get(message.id)?.onProgress?.(message.done, message.total);
      case 'part':
        return waiting.get(message.id)?.onPart?.(message.value);
      case 'failure': {
        const job = waiting.get(message.id);
        waiting.delete(message.id);
        if (job) job.reject(restore(message.error));
        else onFailure(restore(message.error));
        return;
      }
      case 'answer': {
        const job = waiting.get(message.id);
        waiting.delete(message.id);
        job?.resolve(message.value);
      }
    }
  };

  const broken = (error: Error): void => {
    for (const job of waiting.values()) job.reject(error);
    waiting.clear();
    onFailure(error);
  };

  const link = await openLink(where, receive, broken);
  return {
    isWorker: link.isWorker,
    reason: link.reason,
    send(name, take, { signal, onProgress, onPart } = {}) {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        // Casts: the engine answers a command in its own types.
        waiting.set(id, {
          resolve: resolve as (value: unknown) => void,
          reject,
          onProgress,
          onPart: onPart as ((part: unknown) => void) | undefined,
        });
        // Cast: TypeScript cannot see that `take` belongs to `name` once both are variables.
        link.post({ type: 'command', id, name, take } as ToSession, [...buffersIn(take)]);
        signal?.addEventListener('abort', () => link.post({ type: 'cancel', id }, []), { once: true });
      });
    },
    drawn: () => link.post({ type: 'drawn' }, []),
    close() {
      link.close();
      for (const job of waiting.values()) job.reject(new CancelledError('the session was closed'));
      waiting.clear();
    },
  };
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((done: number, total: number) => void) | undefined;
  readonly onPart: ((part: unknown) => void) | undefined;
}

type Receive = (message: FromSession) => void;

async function openLink(where: 'worker' | 'page', receive: Receive, broken: (error: Error) => void): Promise<Link> {
  if (where === 'page') return openOnPage(receive, 'asked for');
  try {
    return await openWorker(receive, broken);
  } catch (error) {
    return openOnPage(receive, error instanceof Error ? error.message : String(error));
  }
}

function openWorker(receive: Receive, broken: (error: Error) => void): Promise<Link> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'neuroloupe' });
  return new Promise((resolve, reject) => {
    const giveUp = (reason: string) => {
      worker.terminate();
      reject(new Error(reason));
    };
    const timer = setTimeout(() => giveUp('the worker did not answer'), READY_MS);
    worker.onerror = (event) => {
      clearTimeout(timer);
      giveUp(event.message || 'this page does not allow workers');
    };
    worker.onmessage = (event: MessageEvent<FromSession>) => {
      if (event.data.type === 'ready') {
        clearTimeout(timer);
        worker.onerror = (failure) => broken(new Error(`internal: the worker failed: ${failure.message}`));
        resolve({
          isWorker: true,
          reason: '',
          post: (message, transfer) => worker.postMessage(message, transfer),
          close: () => worker.terminate(),
        });
      }
      receive(event.data);
    };
  });
}

/** The same conversation over a channel inside the page. */
async function openOnPage(receive: Receive, reason: string): Promise<Link> {
  const { openSession } = await import('./session.ts');
  const { port1, port2 } = new MessageChannel();
  const handle = openSession((message, transfer) => port2.postMessage(message, transfer));
  port2.onmessage = (event: MessageEvent<ToSession>) => handle(event.data);
  port1.onmessage = (event: MessageEvent<FromSession>) => receive(event.data);
  return {
    isWorker: false,
    reason,
    post: (message, transfer) => port1.postMessage(message, transfer),
    close() {
      handle({ type: 'command', id: 0, name: 'dispose', take: {} });
      port1.close();
    },
  };
}

function restore({ name, message, where }: PlainError): Error {
  if (name === 'InputError') return new InputError(message, where);
  const error = new Error(message);
  error.name = name;
  return error;
}

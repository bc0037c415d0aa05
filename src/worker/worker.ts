import type { FromSession, ToSession } from './protocol.ts';
import { openSession } from './session.ts';

// The entry of the dedicated worker. The cast: without the WebWorker library `self` is typed as a window.
const scope = self as unknown as {
  postMessage(message: FromSession, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToSession>) => void) | null;
};
const receive = openSession((message, transfer) => scope.postMessage(message, transfer));
scope.onmessage = (event) => receive(event.data);

/** Frames are at least this far apart. */
const FRAME_MS = 66;
/** A page in a hidden tab draws nothing. A frame goes out this often all the same: what waits for it must not pile up. */
const HIDDEN_MS = 2000;

/** When the next frame may be sent: once the page has drawn the one before. */
export interface FrameGate {
  isOpen(now: number): boolean;
  sent(now: number): void;
  drawn(): void;
}

export function frameGate(): FrameGate {
  let last = 0;
  let isDrawn = true;
  return {
    isOpen: (now) => now - last >= (isDrawn ? FRAME_MS : HIDDEN_MS),
    sent(now) {
      last = now;
      isDrawn = false;
    },
    drawn() {
      isDrawn = true;
    },
  };
}

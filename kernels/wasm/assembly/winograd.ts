import { placeImage } from './images.ts';
import { multiply } from './multiply.ts';
import { packBias, panelBytes } from './panels.ts';
import { PANEL_BYTES } from './product.ts';
import { fillTile } from './runs.ts';
import { Window } from './window.ts';
import { turnKernel } from './winogradKernel.ts';
import { turnInput, turnOutput } from './winogradTiles.ts';

// A 3×3 convolution by Winograd's minimal filtering F(2×2, 3×3), "Fast algorithms for convolutional neural networks" (Lavin and
// Gray 2016): a tile of 2×2 outputs sees 4×4 inputs d and needs 16 products instead of 36,
//   Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A,
// and over channels each of the 16 is an entry of a product of matrices, [tiles, channels] · [channels, filters].

/** Numbers of one of the 16 matrices that stay cached while they are used. */
const BLOCK: i32 = 1024;
/** Bytes between two matrices: were they a power of two apart, their numbers would push each other out of the cache. */
export const APART: i32 = 64;

/** Whether this way is open from so many channels to so many filters, and shorter. */
export function isWinograd(window: Window, channels: i32, filters: i32): bool {
  if (window.kernelHeight != 3 || window.kernelWidth != 3 || window.strideY != 1 || window.strideX != 1) return false;
  if (window.dilationY != 1 || window.dilationX != 1 || window.top > 2 || window.left > 2) return false;
  return channels >= 8 && channels % 4 == 0 && filters % 8 == 0 && window.batch * window.pixels >= 64;
}

/**
 * y = x convolved with a 3×3 kernel, plus a bias and, if `relu`, max(0, y). Is it the way back, the kernel is turned round and
 * transposed: `window` goes from dy to dx.
 */
export function winograd(x: usize, w: usize, bias: usize, y: usize, window: Window, isBack: bool, relu: i32): void {
  const channels = window.inChannels;
  const filters = window.outChannels;
  const tilesY = (window.outHeight + 1) >> 1;
  const tilesX = (window.outWidth + 1) >> 1;
  const block = min(tilesY, max(1, BLOCK / (tilesX * max(channels, filters))));
  const matrixBytes = panelBytes(channels, filters) + APART;
  const inputBytes = 4 * block * tilesX * channels + APART;
  const outputBytes = 4 * block * tilesX * filters + APART;
  const rowBytes = 4 * (2 * tilesX + 2) * channels;

  const matrices = window.end;
  const zeros = matrices + 16 * matrixBytes;
  const plane = zeros + panelBytes(1, filters);
  const input = plane + (2 * tilesY + 2) * rowBytes;
  const output = input + 16 * inputBytes;
  const run = output + 16 * outputBytes;
  const places = run + 8;
  turnKernel(w, channels, filters, isBack, matrices, matrixBytes);
  packBias(0, filters, zeros);
  memory.fill(plane, 0, (2 * tilesY + 2) * rowBytes);
  store<i32>(run, 0);
  store<i32>(run, channels, 4);
  let end = places;
  for (let tile = 0; tile < block * tilesX; tile++, end += 8) {
    store<i32>(end, 4 * tile * channels);
    store<i32>(end, 4 * tile * filters, 4);
  }
  fillTile(places, end);

  for (let n = 0; n < window.batch; n++) {
    placeImage(
      x,
      window.height,
      window.width,
      4 * channels,
      plane,
      2 * tilesY + 2,
      2 * tilesX + 2,
      window.top,
      window.left,
    );
    for (let row = 0; row < tilesY; row += block) {
      const rows = min(block, tilesY - row);
      for (let r = 0; r < rows; r++) {
        turnInput(
          plane + 2 * (row + r) * rowBytes,
          rowBytes,
          tilesX,
          channels,
          input + 4 * r * tilesX * channels,
          inputBytes,
        );
      }
      for (let k = 0; k < 16; k++) {
        multiply(
          input + k * inputBytes,
          places,
          rows * tilesX,
          run,
          1,
          matrices + k * matrixBytes,
          channels * PANEL_BYTES,
          zeros,
          output + k * outputBytes,
          filters,
          0,
        );
      }
      for (let r = 0; r < rows; r++) {
        const oy = 2 * (row + r);
        turnOutput(
          output + 4 * r * tilesX * filters,
          outputBytes,
          bias,
          y + 4 * oy * window.outWidth * filters,
          window.outWidth,
          oy + 1 < window.outHeight,
          filters,
          relu,
        );
      }
    }
    x += 4 * window.height * window.width * channels;
    y += 4 * window.pixels * filters;
  }
}

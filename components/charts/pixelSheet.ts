import { colourTable, tableIndex, type Scale } from './colour.ts';
import type { ThemeName } from './theme.svelte.ts';

/** Values to colour: `values` is [height, width, channels], row-major, channels last. */
export interface PixelSource {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** How numbers become colours. */
export interface PixelColours {
  readonly scale: Scale;
  /** Value at the end of the scale. */
  readonly most: number;
  readonly theme: ThemeName;
}

/** An image in memory that holds all channels of a layer side by side; one upload serves all its thumbnails. */
export interface PixelSheet {
  /** Colours every channel as a tile: channel c covers the columns c · width to (c + 1) · width. */
  fill(source: PixelSource, colours: PixelColours): void;
  /** Copies one tile, unsmoothed, into a rectangle of `context`. */
  draw(context: CanvasRenderingContext2D, channel: number, x: number, y: number, width: number, height: number): void;
}

export function pixelSheet(canvas: HTMLCanvasElement = document.createElement('canvas')): PixelSheet {
  const own = canvas.getContext('2d')!;
  let image: ImageData | null = null;
  let pixels = new Uint32Array();
  let tileWidth = 0;
  let tileHeight = 0;
  return {
    fill({ values, height, width, channels }, { scale, most, theme }) {
      const across = width * channels;
      if (!image || image.width !== across || image.height !== height) {
        canvas.width = across;
        canvas.height = height;
        image = own.createImageData(across, height);
        pixels = new Uint32Array(image.data.buffer);
        tileWidth = width;
        tileHeight = height;
      }
      const table = colourTable(scale, theme);
      let from = 0;
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++)
          for (let channel = 0, to = row * across + column; channel < channels; channel++, to += width)
            pixels[to] = table[tableIndex(values[from++]!, most, scale)]!;
      own.putImageData(image, 0, 0);
    },
    draw(context, channel, x, y, width, height) {
      context.imageSmoothingEnabled = false;
      context.drawImage(canvas, channel * tileWidth, 0, tileWidth, tileHeight, x, y, width, height);
    },
  };
}

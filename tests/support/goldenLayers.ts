import { sectionsOf, type GoldenCase } from './goldenCase.ts';
import { listOf, objectOf, textOf, type JsonObject } from './goldenJson.ts';

/** layers.json: blocks of the papers, by the name of the layer. None is built. */
export function layersCases(file: JsonObject, where: string): GoldenCase[] {
  return sectionsOf(file, 'layers', where, {
    format: 'used by others',
    conventions: 'used by others',
    tolerance: 'used by others',
    zoo: () => [{ kind: 'layers/zoo', where: `${where}.zoo` }],
    cases: (list) =>
      listOf(list, 'cases').map((entry, i) => {
        const layer = textOf(objectOf(entry, 'case').layer, 'layer');
        return { kind: `layers/${layer}`, where: `${where}.cases[${i}]` };
      }),
  });
}

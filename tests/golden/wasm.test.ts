import { testGoldenOn } from '../support/goldenTier.ts';

testGoldenOn('wasm');

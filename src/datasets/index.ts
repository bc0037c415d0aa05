export { glyphs } from './glyphs.ts';
export { concepts } from './concepts.ts';
export { xor } from './xor.ts';
export { circles } from './circles.ts';
export { moons } from './moons.ts';
export { spirals } from './spirals.ts';
export { gaussians } from './gaussians.ts';

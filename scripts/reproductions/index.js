export { localisation } from './localisation/localisation.js';

import { refuseOldNode } from './nodeVersion.js';

// Imported only after the check: what follows uses syntax that an old Node cannot even read.
refuseOldNode();
import('./runReproduction.js').then(({ runReproduction }) => runReproduction(process.argv.slice(2)));

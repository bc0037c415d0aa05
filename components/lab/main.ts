import '../tokens.css';

// One part after the other, each a task of its own: evaluated together they would hold the page up for longer than a
// frame or two can hide.
await import('#src');
const { mount } = await import('svelte');
await import('../views/NetworkView.svelte');
const { default: Lab } = await import('./Lab.svelte');
await new Promise((resolve) => setTimeout(resolve));
mount(Lab, { target: document.getElementById('lab')! });

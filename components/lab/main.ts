import { mount } from 'svelte';
import '../tokens.css';
import Lab from './Lab.svelte';

mount(Lab, { target: document.getElementById('lab')! });

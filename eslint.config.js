import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';
import { walls } from './scripts/lint/walls.js';
import svelteConfig from './svelte.config.js';

const ROOMS = ['kernels/**', 'src/**', 'components/**'];
const TYPED = ['**/*.ts', '**/*.svelte'];

// Reading a tensor in place stalls the GPU and hands out numbers from a lost device.
const blockingReads = [
  'MemberExpression[property.name=/^(dataSync|arraySync)$/]',
  'MemberExpression[property.value=/^(dataSync|arraySync)$/]',
  'ObjectPattern > Property[key.name=/^(dataSync|arraySync)$/]',
].map((selector) => ({
  selector,
  message: 'dataSync and arraySync block; await data() inside an instrument or the engine',
}));

const syntax = [
  { selector: 'TSEnumDeclaration', message: 'no enums; use a union of strings' },
  { selector: 'TSModuleDeclaration[kind!="global"]', message: 'no namespaces; a file is the unit' },
];

// Names, labels and files come from outside; they are shown as text and never become markup.
const markup = [
  'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|createContextualFragment)$/]',
  'MemberExpression[property.value=/^(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe)$/]',
  'CallExpression[callee.object.name="document"][callee.property.name=/^write(ln)?$/]',
  'CallExpression[callee.property.name="html"][arguments.length>0]',
  'SvelteAttribute[key.name=/^(innerHTML|outerHTML|srcdoc)$/i]',
  'SvelteDirective[kind="Binding"][key.name.name=/^(innerHTML|outerHTML)$/i]',
].map((selector) => ({ selector, message: 'no markup from strings; set text, or build elements' }));

const restrict = (...rules) => ['error', ...rules.flat()];

export default defineConfig(
  {
    ignores: [
      'dist',
      'site',
      'node_modules',
      'static',
      '.svelte-kit',
      '.svelte-check',
      '.vitest',
      '.vitest-attachments',
    ],
  },
  // A wall with a door for comments is no wall: what is right is said here, for everyone.
  { linterOptions: { noInlineConfig: true } },
  js.configs.recommended,
  ts.configs.recommended,
  svelte.configs.recommended,
  {
    plugins: { house: { rules: { walls } } },
    rules: {
      'house/walls': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme'], location: 'anywhere' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
      'no-restricted-syntax': restrict(syntax, blockingReads),
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      // Maps and sets here are replaced whole and held raw; deep proxies around typed arrays are slow.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    // The compiler knows the types and the globals; this rule knows neither.
    files: TYPED,
    rules: { 'no-undef': 'off' },
  },
  {
    files: ['**/*.ts'],
    ignores: ['*.config.ts'],
    rules: {
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
    },
  },
  {
    files: ROOMS,
    rules: { 'no-console': 'error', 'no-restricted-syntax': restrict(syntax, blockingReads, markup) },
  },
  {
    files: ['src/**', 'kernels/**'],
    rules: {
      'no-restricted-globals': ['error', ...['document', 'window'].map((name) => ({ name, message: 'no DOM here' }))],
    },
  },
  {
    files: ['components/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          name: 'd3',
          importNames: ['csvParse', 'tsvParse', 'dsvFormat', 'csv', 'tsv', 'dsv'],
          message: 'it compiles code, which a strict page forbids; use csvParseRows',
        },
      ],
    },
  },
  { files: ['kernels/tf/**'], rules: { 'no-restricted-syntax': restrict(syntax, markup) } },
  { files: ['src/node/**', 'tests/**', 'scripts/**'], rules: { 'no-console': 'off' } },
  { files: ['scripts/**', 'tests/package/app/*.js', '*.config.js'], languageOptions: { globals: globals.node } },
);

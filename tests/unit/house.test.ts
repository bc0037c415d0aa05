import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { repositoryFiles } from '../../scripts/repositoryFiles.js';
import { root } from '../../scripts/root.js';

const files = repositoryFiles();
const read = (file: string) => readFileSync(`${root}/${file}`);
const sources = files.filter(
  (file) => /^(src|components|kernels|tests|vite\.config)/.test(file) && /\.(ts|svelte)$/.test(file),
);

test('the top level holds the rooms, the scripts, configuration and documents, and nothing else', () => {
  const rooms = ['components', 'kernels', 'scripts', 'src', 'static', 'tests', '.ci'];
  const configuration =
    /^(package(-lock)?\.json|tsconfig\.json|[a-z]+\.config\.(js|ts)|\.npmrc|\.[a-z.]+(ignore|rc\.json|config)|[a-z]+\.html)$/;
  const document = /^(LICENSE|NOTICE|CITATION\.cff|[A-Z]+\.md)$/;
  const top = [...new Set(files.map((file) => file.split('/')[0]!))];
  expect(top.filter((name) => !rooms.includes(name) && !configuration.test(name) && !document.test(name))).toEqual([]);
  for (const name of ['package.json', 'svelte.config.js', 'vite.config.ts', ...rooms]) expect(top).toContain(name);
});

/** Modules a source file imports for their values; an import of types leaves no trace in the program. */
function valueImports(file: string): string[] {
  const text = read(file).toString();
  const code = file.endsWith('.svelte')
    ? [...text.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(([, c]) => c).join('\n')
    : text;
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const { importClause: clause } = node;
      const names = clause?.namedBindings;
      const isOnlyTypes =
        clause?.phaseModifier === ts.SyntaxKind.TypeKeyword ||
        (clause && !clause.name && names && ts.isNamedImports(names) && names.elements.every((e) => e.isTypeOnly));
      if (!isOnlyTypes) found.push(node.moduleSpecifier.text);
    }
    const [argument] = ts.isCallExpression(node) ? node.arguments : [];
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && argument) {
      if (ts.isStringLiteral(argument)) found.push(argument.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, code, ts.ScriptTarget.Latest));
  return found;
}

const named = [
  'd3',
  '@observablehq/plot',
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-backend-webgpu',
  'svelte',
  'vite',
  'vitest',
];
const manifest = JSON.parse(read('package.json').toString()) as Record<string, Record<string, string> | undefined>;
const imported = new Map(sources.flatMap((file) => valueImports(file).map((module) => [module, file] as const)));

test.for(named)('package.json names %s, and a source file imports it', (name) => {
  expect({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies }).toHaveProperty([
    name,
  ]);
  expect([...imported.keys()].filter((module) => module === name || module.startsWith(`${name}/`))).not.toEqual([]);
});

test('every package the library imports is installed with it', () => {
  const own = sources.filter((file) => /^(src|components|kernels)\//.test(file) && !file.startsWith('components/lab/'));
  const modules = own.flatMap(valueImports).filter((module) => !/^([.#/]|node:)/.test(module));
  const packages = new Set(
    modules.map((module) =>
      module
        .split('/')
        .slice(0, module.startsWith('@') ? 2 : 1)
        .join('/'),
    ),
  );
  const given = { ...manifest.dependencies, ...manifest.peerDependencies };
  expect([...packages].filter((name) => !(name in given))).toEqual([]);
});

test('no committed file names a package registry or a place on one machine', () => {
  // Written in pieces, so that this file does not name them either.
  const hosts = ['registry.' + 'npmjs', 'registry.' + 'yarnpkg', 'npm.pkg.' + 'github', 'registry.' + 'npmmirror'];
  const places = ['work', 'root', 'home', 'Users'].map((folder) => `(?<![\\w.-])/${folder}/\\w`);
  const pattern = new RegExp([...hosts.map((host) => host.replaceAll('.', '\\.')), ...places].join('|'));
  const isText = (bytes: Buffer) => !bytes.subarray(0, 8000).includes(0);
  const found = files.flatMap((file) => {
    const bytes = read(file);
    const match = isText(bytes) ? pattern.exec(bytes.toString()) : null;
    return match ? [`${file}: ${match[0]}`] : [];
  });
  expect(found).toEqual([]);
});

test('no source file is longer than 300 lines', () => {
  const lines = (file: string) => read(file).toString().trimEnd().split('\n').length;
  const long = files.filter((file) => /\.(ts|js|svelte)$/.test(file) && lines(file) > 300);
  expect(long.map((file) => `${file}: ${lines(file)} lines`)).toEqual([]);
});

// One idea, one file, one name. A folder of items has a registry; its index.ts has one line for each item.
const itemFolders = files.filter((file) => /^src\/.+\/registry\.ts$/.test(file)).map((file) => file.slice(0, -12));

test.for(itemFolders.filter((folder) => folder !== 'src/core'))(
  'in %s an item, its file and its id share one name',
  async (folder) => {
    const index = read(`${folder}/index.ts`).toString();
    const lines = [...index.matchAll(/^export \{ (\w+) \} from '\.\/(\w+)\.ts';$/gm)].map(([, name, file]) => ({
      name,
      file,
    }));
    expect(lines).not.toEqual([]);
    expect(lines.filter(({ name, file }) => name !== file)).toEqual([]);

    const own = files.filter(
      (file) => file.startsWith(`${folder}/`) && /^\w+\.ts$/.test(file.slice(folder.length + 1)),
    );
    for (const file of own.filter((path) => !/\/(index|registry)\.ts$/.test(path))) {
      const exported = (await import(/* @vite-ignore */ `${root}/${file}`)) as Record<string, unknown>;
      const items = Object.entries(exported).filter(
        ([, value]) => typeof (value as { id?: unknown } | null)?.id === 'string',
      );
      const name = file.slice(folder.length + 1, -3);
      // A helper exports no item; a file that does is named for it and stands in the index.
      const isListed = lines.some((line) => line.file === name);
      const expected = isListed ? [[name, name]] : [];
      expect(items.map(([key, value]) => [key, (value as { id: string }).id])).toEqual(expected);
    }
  },
);

import { posix, relative, sep } from 'node:path';
import { importComplaint } from './importComplaint.js';

const literal = (node) => (node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined);
const isMeta = (node, property) =>
  node?.type === 'MemberExpression' && node.object.type === 'MetaProperty' && node.property.name === property;

/**
 * The walls between the rooms as an ESLint rule. It covers every way to name a module: import and export declarations,
 * import(), import types, import.meta.glob and new URL(…, import.meta.url). The stock rule sees only the first.
 */
export const walls = {
  meta: { type: 'problem', schema: [], messages: { wall: '{{complaint}}; found: "{{specifier}}"' } },
  create(context) {
    const file = relative(context.cwd, context.filename).split(sep).join(posix.sep);
    const check = (node, specifier, options) => {
      const complaint = specifier === undefined ? undefined : importComplaint(file, specifier, options);
      if (complaint) context.report({ node, messageId: 'wall', data: { complaint, specifier } });
    };
    const checkSource = (node) => check(node, literal(node.source));
    return {
      ImportDeclaration: checkSource,
      ExportNamedDeclaration: checkSource,
      ExportAllDeclaration: checkSource,
      ImportExpression: checkSource,
      TSImportType: (node) => check(node, literal(node.source ?? node.argument?.literal)),
      CallExpression(node) {
        if (!isMeta(node.callee, 'glob')) return;
        const [first] = node.arguments;
        const patterns = first?.type === 'ArrayExpression' ? first.elements : [first];
        for (const pattern of patterns) check(pattern ?? node, literal(pattern));
      },
      NewExpression(node) {
        const [path, base] = node.arguments;
        if (node.callee.name === 'URL' && isMeta(base, 'url')) check(node, literal(path), { isUrl: true });
      },
    };
  },
};

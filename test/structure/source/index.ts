/**
 * The checkout as the structure tests see it: its files, their tokens, their imports.
 *
 * May import: Node's own modules. Start reading at `files.ts`.
 */
export { codeFiles, root, trackedFiles } from './files.ts'
export { type Import, importsOf, resolveImport } from './imports.ts'
export { type Token, tokensOf } from './tokens.ts'

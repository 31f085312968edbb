/**
 * DER as certificates use it: a strict reader without copies, and the writer that matches it.
 *
 * May import: `src/errors` and `src/codec`. Start reading at `reader.ts`; `der` below names the writer's functions.
 */
export { derError } from './errors.ts'
export { DerReader } from './reader.ts'
export { constructed, primitive, tag } from './tag.ts'
export { isPrintable, type TextForm } from './text.ts'
export { noExpiration } from './time.ts'
export * as der from './writer.ts'

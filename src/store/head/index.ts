/**
 * What the one writer knows of the head without asking: between two of its blocks nobody else changes a row, so that an
 * answer of the database holds until a block changes it. A block asks some twenty times for the same few rows.
 *
 * May import: `codec`, the store's port. Start reading at `head-memory.ts`.
 */
export { HeadMemory } from './head-memory.ts'

import { defineMigration } from '../../src/module/index.ts'
import { notes } from './collections.ts'

/** `note` is read up to the present version before; writing it is all that is left. */
export const colourNotes = defineMigration(notes, (context, note) => context.put(notes, note))

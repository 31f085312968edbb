import { utf8 } from '../../src/codec/index.ts'
import { definePort, type Port, recordAddress } from '../../src/module/index.ts'
import { type Note, notes, notesName } from './collections.ts'

/** What other modules may ask of the board: the note of a title. */
export const notePort: Port<string, Note | undefined> = definePort({
  module: notesName,
  name: 'note',
  reads: (title) => [recordAddress(notes, utf8(title))],
  call: (context, title) => context.get(notes, utf8(title)),
})

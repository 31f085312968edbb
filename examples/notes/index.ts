/**
 * A board of notes: the smallest module that uses every contract of the kernel. `docs/contracts.md` explains it line by
 * line, and `test/docs/module-example.test.ts` runs it. It is on no chain but the test's.
 *
 * May import what every module may: `src/errors`, `src/codec`, `src/crypto/portable`, `src/module`, `src/governance`.
 */
import { parameterReads } from '../../src/governance/index.ts'
import { defineModule } from '../../src/module/index.ts'
import { notes, notesName } from './collections.ts'
import * as events from './events.ts'
import { colourNotes } from './migrations.ts'
import { boardRules } from './parameters.ts'
import { endOfNote } from './schedules.ts'
import { pin } from './transactions/pin.ts'
import { takeDown } from './transactions/take-down.ts'

export { FirstNote, Note, notes, notesName } from './collections.ts'
export { notesError } from './errors.ts'
export { boardRules } from './parameters.ts'
export { notePort } from './ports.ts'

export const notesModule = defineModule({
  name: notesName,
  version: 2,
  summary: 'A board of notes that come down by themselves.',
  collections: [notes],
  transactions: { pin, 'take-down': takeDown },
  schedules: [endOfNote],
  parameters: [boardRules],
  events: Object.values(events),
  always: [...parameterReads(boardRules)],
  migration: colourNotes,
})

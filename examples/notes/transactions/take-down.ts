import { Struct, utf8 } from '../../../src/codec/index.ts'
import { membersSigningFor } from '../../../src/governance/index.ts'
import { defineTransaction, recordAddress } from '../../../src/module/index.ts'
import { notes, Title } from '../collections.ts'
import { notesError } from '../errors.ts'
import { noteTakenDown } from '../events.ts'
import { endOfNote } from '../schedules.ts'

/** Takes a note down before its time; only its author may. */
export const takeDown = defineTransaction({
  summary: 'Takes a note off the board.',
  body: Struct({ title: Title }),
  allow: (context, { title }) => {
    const note = context.get(notes, utf8(title))
    if (note === undefined) throw notesError('unknown-note', { title })
    const { author } = note
    if (!membersSigningFor(context, 'operate').some(({ id }) => id === author)) {
      throw notesError('not-author', { title, author })
    }
  },
  reads: ({ title }) => [recordAddress(notes, utf8(title))],
  apply: (context, { title }) => {
    context.remove(notes, utf8(title))
    context.cancel(endOfNote, utf8(title))
    context.emit(noteTakenDown, { title })
  },
})

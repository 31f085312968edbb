import { Name, Optional, Struct, uint64Bytes, utf8 } from '../../../src/codec/index.ts'
import { membersSigningFor, parameterInForce } from '../../../src/governance/index.ts'
import { defineBatch, indexAddress, recordAddress } from '../../../src/module/index.ts'
import { NoteText, notes, Place, Title } from '../collections.ts'
import { notesError } from '../errors.ts'
import { notePinned } from '../events.ts'
import { maximumBatch } from '../limits.ts'
import { boardRules } from '../parameters.ts'
import { endOfNote } from '../schedules.ts'

/** Pins notes: each is judged alone, and the same one again changes nothing. */
export const pin = defineBatch({
  summary: 'Pins notes to the board.',
  item: Struct({ title: Title, text: NoteText, place: Optional(Place), colour: Optional(Name) }),
  maximumItems: maximumBatch,
  prepare: () => ({ facts: undefined, checks: [] }),
  allow: (context) => {
    membersSigningFor(context, 'operate')
  },
  reads: ({ title, place }) => [
    recordAddress(notes, utf8(title)),
    ...(place === undefined ? [] : [indexAddress(notes, 'place', uint64Bytes(BigInt(place)))]),
  ],
  applyItem: (context, { title, text, place, colour = 'yellow' }) => {
    const [{ id: author }] = membersSigningFor(context, 'operate')
    const present = context.get(notes, utf8(title))
    if (present?.author === author && present.text === text) return 'unchanged'
    if (present !== undefined) throw notesError('title-taken', { title })
    const until = context.time + parameterInForce(context, boardRules).lifetime
    context.put(notes, { title, author, text, until, colour, ...(place === undefined ? {} : { place }) })
    context.schedule(until, endOfNote, utf8(title), { title })
    context.emit(notePinned, { title, author })
    return 'done'
  },
})

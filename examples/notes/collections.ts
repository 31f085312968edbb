import { Name, Optional, Row, Text, Unsigned64, uint64Bytes, utf8, type ValueOf, Whole } from '../../src/codec/index.ts'
import { MemberId } from '../../src/governance/index.ts'
import { defineCollection } from '../../src/module/index.ts'
import { notesError } from './errors.ts'
import { maximumPlaces, maximumTextBytes } from './limits.ts'

export const notesName = 'notes'

export const Title = Name
export const NoteText = Text({ maximum: maximumTextBytes })
export const Place = Whole({ minimum: 1, maximum: maximumPlaces })

/** As version 1 stored it: colours came later. */
export const FirstNote = Row({
  title: Title,
  author: MemberId,
  text: NoteText,
  place: Optional(Place),
  until: Unsigned64,
})

export const Note = Row({
  title: Title,
  author: MemberId,
  text: NoteText,
  /** Where it hangs; a note without a place lies in the drawer. */
  place: Optional(Place),
  /** Block time in milliseconds at which it comes down by itself. */
  until: Unsigned64,
  colour: Name,
})
export type Note = ValueOf<typeof Note>

export const notes = defineCollection({
  module: notesName,
  name: 'notes',
  value: Note,
  earlier: [{ schema: FirstNote, raise: (note) => ({ ...(note as ValueOf<typeof FirstNote>), colour: 'yellow' }) }],
  key: (note) => utf8(note.title),
  unique: {
    place: {
      of: (note) => (note.place === undefined ? undefined : uint64Bytes(BigInt(note.place))),
      taken: (note) => notesError('place-taken', { place: note.place ?? 0 }),
    },
  },
  counters: { author: (note) => utf8(note.author) },
})

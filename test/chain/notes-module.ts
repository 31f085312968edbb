/** A small module in two versions, for tests of protocol switches: version 2 stores a note's length beside its text. */
import { Row, Struct, Text, utf8, Whole } from '../../src/codec/index.ts'
import { membersSigningFor } from '../../src/governance/index.ts'
import {
  defineCollection,
  defineMigration,
  defineModule,
  defineTransaction,
  type Module,
  recordAddress,
} from '../../src/module/index.ts'

const module = 'notes'
const NoteText = Text({ maximum: 200 })
const First = Row({ id: Text({ maximum: 20 }), text: NoteText })
const Second = Row({ id: Text({ maximum: 20 }), text: NoteText, length: Whole({ maximum: 200 }) })

export const firstNotes = defineCollection({ module, name: 'notes', value: First, key: (note) => utf8(note.id) })

export const secondNotes = defineCollection({
  module,
  name: 'notes',
  value: Second,
  earlier: [{ schema: First, raise: (value) => raiseNote(value) }],
  key: (note) => utf8(note.id),
  counters: { length: (note) => utf8(String(note.length)) },
  since: { length: 2 },
})

function raiseNote(value: unknown): unknown {
  const { id, text } = value as { readonly id: string; readonly text: string }
  return { id, text, length: text.length }
}

const body = Struct({ id: Text({ maximum: 20 }), text: NoteText })

export const notesVersion1: Module = defineModule({
  name: module,
  version: 1,
  summary: 'Notes.',
  collections: [firstNotes],
  transactions: {
    write: defineTransaction({
      summary: 'Writes a note.',
      body,
      allow: (context) => {
        membersSigningFor(context, 'operate')
      },
      reads: ({ id }) => [recordAddress(firstNotes, utf8(id))],
      apply: (context, note) => context.put(firstNotes, note),
    }),
  },
})

export const notesVersion2: Module = defineModule({
  name: module,
  version: 2,
  summary: 'Notes with their length.',
  collections: [secondNotes],
  transactions: {
    write: defineTransaction({
      summary: 'Writes a note and its length.',
      body,
      allow: (context) => {
        membersSigningFor(context, 'operate')
      },
      reads: ({ id }) => [recordAddress(secondNotes, utf8(id))],
      apply: (context, { id, text }) => context.put(secondNotes, { id, text, length: text.length }),
    }),
  },
  migration: defineMigration(secondNotes, (context, note) => context.put(secondNotes, note)),
})

/** Two modules around the example: its version 1, which a chain may have started with, and a user of its port. */
import { FirstNote, notePort, notesError, notesName } from '../../examples/notes/index.ts'
import { Name, Row, Struct, utf8 } from '../../src/codec/index.ts'
import { MemberId, membersSigningFor } from '../../src/governance/index.ts'
import { defineCollection, defineModule, defineTransaction, recordAddress } from '../../src/module/index.ts'

export const firstNotes = defineCollection({
  module: notesName,
  name: 'notes',
  value: FirstNote,
  key: (note) => utf8(note.title),
  counters: { author: (note) => utf8(note.author) },
})

/** Version 1 of the example, as far as its data goes. */
export const firstNotesModule = defineModule({
  name: notesName,
  version: 1,
  summary: 'A board of notes, before they had colours.',
  collections: [firstNotes],
  transactions: {
    pin: defineTransaction({
      summary: 'Pins a note.',
      body: Struct({ title: Name }),
      allow: (context) => {
        membersSigningFor(context, 'operate')
      },
      reads: ({ title }) => [recordAddress(firstNotes, utf8(title))],
      apply: (context, { title }) => {
        const [{ id: author }] = membersSigningFor(context, 'operate')
        context.put(firstNotes, { title, author, text: 'from version 1', until: context.time })
      },
    }),
  },
})

const starsName = 'stars'

export const stars = defineCollection({
  module: starsName,
  name: 'stars',
  value: Row({ title: Name, member: MemberId }),
  key: (star) => utf8(star.title),
})

/** Gives a star to a note, which it sees through the port alone. */
export const starsModule = defineModule({
  name: starsName,
  version: 1,
  summary: 'Stars for notes.',
  collections: [stars],
  transactions: {
    give: defineTransaction({
      summary: 'Gives a note a star.',
      body: Struct({ title: Name }),
      allow: (context) => {
        membersSigningFor(context, 'operate')
      },
      reads: ({ title }) => [recordAddress(stars, utf8(title)), ...notePort.reads(title)],
      apply: (context, { title }) => {
        if (context.call(notePort, title) === undefined) throw notesError('unknown-note', { title })
        const [{ id: member }] = membersSigningFor(context, 'operate')
        context.put(stars, { title, member })
      },
    }),
  },
})

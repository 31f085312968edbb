import { Row, utf8 } from '../../src/codec/index.ts'
import { defineSchedule, recordAddress } from '../../src/module/index.ts'
import { notes, notesName, Title } from './collections.ts'
import { noteTakenDown } from './events.ts'

/** The key of the work is the note's title: a note has one end, and pinning it anew would move it. */
export const endOfNote = defineSchedule({
  module: notesName,
  name: 'end-of-note',
  payload: Row({ title: Title }),
  reads: (_key, { title }) => [recordAddress(notes, utf8(title))],
  apply: (context, _key, { title }) => {
    context.remove(notes, utf8(title))
    context.emit(noteTakenDown, { title })
  },
})

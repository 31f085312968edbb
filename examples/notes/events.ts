import { Row } from '../../src/codec/index.ts'
import { MemberId } from '../../src/governance/index.ts'
import { defineEvent } from '../../src/module/index.ts'
import { notesName, Title } from './collections.ts'

export const notePinned = defineEvent({
  module: notesName,
  name: 'note-pinned',
  body: Row({ title: Title, author: MemberId }),
})

export const noteTakenDown = defineEvent({ module: notesName, name: 'note-taken-down', body: Row({ title: Title }) })

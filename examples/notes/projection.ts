/** What can be searched about notes: beside the module, since rules never read it. `index.ts` does not lead here. */
import { decodeAs } from '../../src/codec/index.ts'
import { defineProjection, defineTable, type Follower } from '../../src/follower/index.ts'
import { statement } from '../../src/store/index.ts'
import { notesName } from './collections.ts'
import { notePinned } from './events.ts'

const pins = defineTable({
  name: 'notes_pin',
  columns: { time: 'bigint', title: 'text', author: 'text' },
  indexes: { title: 'hash', author: 'btree' },
})

export const notesProjection = defineProjection({
  name: 'notes',
  version: 1,
  summary: 'Who has pinned which notes, and when.',
  tables: [pins],
  views: { notes_author: 'select author, count(*) as pinned, max(time) as latest from notes_pin group by author' },
  *rows(block) {
    for (const event of block.events()) {
      if (event.module !== notesName || event.name !== notePinned.name) continue
      const { title, author } = decodeAs(notePinned.body, event.body)
      yield pins.row(event.place, { time: block.time, title, author })
    }
  },
})

export async function notesBy(follower: Pick<Follower, 'search'>, author: string) {
  const query = statement`select place, title from notes_pin where author = ${author} order by place`
  const { rows, height } = await follower.search(notesProjection, query)
  return { titles: rows.map(({ title }) => title), height }
}

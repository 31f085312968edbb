import { defineErrors } from '../../src/errors/index.ts'

/** What the board refuses. Numbers 9000-9099. */
export const notesError = defineErrors('notes', {
  'title-taken': {
    number: 9000,
    status: 409,
    message: 'a note {title} hangs already',
    remedy: 'Choose another title.',
  },
  'place-taken': {
    number: 9001,
    status: 409,
    message: 'place {place} is taken',
    remedy: 'Choose another place, or none.',
  },
  'unknown-note': {
    number: 9002,
    status: 404,
    message: 'no note {title} hangs on the board',
    remedy: 'Check the title.',
  },
  'not-author': {
    number: 9003,
    status: 403,
    message: 'note {title} is by {author}, who has not signed',
    remedy: 'Let its author sign.',
  },
})

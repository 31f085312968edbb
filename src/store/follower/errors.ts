import { defineErrors } from '../../errors/index.ts'

/** What the follower refuses. Numbers 1600-1609. */
export const followerError = defineErrors('follower', {
  off: {
    number: 1600,
    status: 501,
    message: 'this node follows no blocks, so that nothing can be searched here',
    remedy: 'Search at another node, or start this one with its follower.',
  },
  'not-ready': {
    number: 1601,
    status: 503,
    message: 'the index {projection} has no tables yet',
    remedy: 'Try again; GET /v1/status says how far the follower is, and what keeps it.',
  },
  'search-timeout': {
    number: 1602,
    status: 503,
    message: 'the search was given up after {seconds} s',
    remedy: 'Ask for less: name a serial, a batch or a manufacturer, or a smaller page.',
  },
  moved: {
    number: 1603,
    status: 409,
    message: 'the projection {projection} is not at height {height} any more',
    remedy: 'Somebody else has written its rows: the follower looks again how far it is.',
  },
  'block-missing': {
    number: 1604,
    status: 500,
    message: 'the store has no block {height}, which the head {head} says is there',
    remedy: 'Check the store with fsck.',
  },
  'block-unreadable': {
    number: 1605,
    status: 500,
    message: 'the projection {projection} could not read block {height}: {reason}',
    remedy: 'Check the store with fsck; if it is sound, report this as a defect. The follower waits there.',
  },
  stuck: {
    number: 1606,
    status: 503,
    message: 'the search indexes can not be built: {code}: {reason}',
    remedy: 'Do what the remedy of that code says.',
  },
})

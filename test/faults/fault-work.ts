/** Where each durable step of the product is met: `test/structure/durability.test.ts` compares the list with the code. */
import type { FaultPoint } from './fault-point.ts'

/**
 * What a program does when it is ended: a node that publishes, a store that gets a large block
 * (`test/store/large-block.test.ts`), one of the programs in `tools/`,
 * a pruner (`test/store/archive/crash.test.ts`), a repair of the archive (`test/fsck/archive/archive.test.ts`), or an export or
 * import of a snapshot (`test/snapshot/crash.test.ts`).
 */
export type Work =
  | 'node'
  | 'large-block'
  | 'key'
  | 'home'
  | 'backup'
  | 'restore'
  | 'check'
  | 'repair'
  | 'prune'
  | 'archive-repair'
  | 'snapshot-export'
  | 'snapshot-import'

/** In the order in which the steps come. */
export const workOfStep: Readonly<Record<string, Work>> = {
  'signing-state.prepare': 'node',
  'slot.write': 'node',
  'block.write': 'node',
  'signing-state.sign': 'node',
  'signed-header.put': 'node',
  'block.row': 'large-block',
  'block.arrivals': 'large-block',
  'block.apply': 'large-block',
  'transaction.commit': 'large-block',
  'key-file.write': 'key',
  'key-file.link': 'key',
  'key-file.unlink': 'key',
  'home.signing-state': 'home',
  'file.write': 'home',
  'file.sync': 'home',
  'file.rename': 'home',
  'folder.sync': 'home',
  'home.validator-key': 'home',
  'home.node-key': 'home',
  'home.genesis': 'home',
  'home.configuration': 'home',
  'backup.write': 'backup',
  'backup.seal': 'backup',
  'rows.add': 'restore',
  'fsck.note': 'check',
  'fsck.forget': 'check',
  'rows.mend': 'repair',
  'archive.write': 'prune',
  'archive.register': 'prune',
  'archive.take-out': 'prune',
  'archive.forget': 'prune',
  'archive.move': 'prune',
  'archive.register-anew': 'archive-repair',
  'snapshot.write': 'snapshot-export',
  'snapshot.clear': 'snapshot-import',
  'snapshot.load': 'snapshot-import',
  'snapshot.base': 'snapshot-import',
}

/** Steps that belong to one of the above and are met again in other work. */
const alsoIn: Readonly<Record<Work, readonly string[]>> = {
  node: [],
  'large-block': [],
  key: ['file.sync', 'folder.sync'],
  home: [],
  backup: ['file.sync', 'file.rename', 'folder.sync'],
  restore: ['transaction.commit'],
  check: ['file.write', 'file.sync', 'file.rename', 'folder.sync'],
  repair: ['transaction.commit'],
  prune: ['file.sync', 'file.rename', 'folder.sync'],
  'archive-repair': [],
  'snapshot-export': ['file.sync', 'file.rename', 'folder.sync'],
  'snapshot-import': ['transaction.commit'],
}

/** After these nothing durable follows at once; elsewhere the end of a step is the beginning of the next. */
const concluding = new Set([
  'signing-state.prepare',
  'block.write',
  'transaction.commit',
  'signing-state.sign',
  'signed-header.put',
  'key-file.unlink',
  'home.configuration',
  'backup.seal',
  'rows.add',
  'fsck.note',
  'fsck.forget',
  'archive.register-anew',
  'rows.mend',
])

/** Each step once: before it, and after it where that is another place. */
export function briefPoints(work: Work): readonly FaultPoint[] {
  return ownSteps(work).flatMap((step): readonly FaultPoint[] => {
    const before = { step, moment: 'before', occurrence: 1 } as const
    return concluding.has(step) ? [before, { ...before, moment: 'after' }] : [before]
  })
}

/** Before and after every step, own and shared, at each of these times. */
export function allPoints(work: Work, times: readonly number[]): readonly FaultPoint[] {
  return bothMoments([...ownSteps(work), ...alsoIn[work]], times)
}

export function bothMoments(steps: readonly string[], times: readonly number[]): readonly FaultPoint[] {
  return steps.flatMap((step) =>
    times.flatMap((occurrence) => (['before', 'after'] as const).map((moment) => ({ step, moment, occurrence }))),
  )
}

function ownSteps(work: Work): readonly string[] {
  return Object.keys(workOfStep).filter((step) => workOfStep[step] === work)
}

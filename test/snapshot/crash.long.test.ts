import { allPoints } from '../faults/fault-work.ts'
import { testCrash } from './test-crash.ts'

const [exporting, importing] = [allPoints('snapshot-export', [1, 2]), allPoints('snapshot-import', [1, 2])]

await testCrash({
  // The name is taken, and the folder of snapshots synced, once.
  exporting: exporting.filter(({ step, occurrence }) => step !== 'file.rename' || occurrence === 1),
  importing: importing.filter(({ step, occurrence }) => step !== 'snapshot.base' || occurrence === 1),
})

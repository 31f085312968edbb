import { testCrash } from './test-crash.ts'

/** The first commit is that of the tables' format. */
const commit = { step: 'transaction.commit', occurrence: 2 } as const

await testCrash({
  exporting: [
    { step: 'snapshot.write', moment: 'before', occurrence: 3 },
    { step: 'file.rename', moment: 'before', occurrence: 1 },
  ],
  importing: [
    { step: 'snapshot.load', moment: 'before', occurrence: 4 },
    { ...commit, moment: 'after' },
  ],
})

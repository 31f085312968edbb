import { allPoints } from '../../faults/fault-work.ts'
import { testCrash } from './test-crash.ts'

await testCrash(allPoints('prune', [1]))

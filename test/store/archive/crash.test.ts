import type { FaultPoint } from '../../faults/fault-point.ts'
import { testCrash } from './test-crash.ts'

const steps = ['archive.write', 'file.rename', 'archive.register', 'archive.take-out', 'archive.forget', 'archive.move']

await testCrash(steps.map((step): FaultPoint => ({ step, moment: 'before', occurrence: 1 })))

import { briefPoints } from './fault-work.ts'
import { testFaultPoints } from './test-fault-points.ts'

await testFaultPoints(briefPoints('node'), 120_000)

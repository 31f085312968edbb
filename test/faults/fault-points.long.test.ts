import { allPoints } from './fault-work.ts'
import { testFaultPoints } from './test-fault-points.ts'

await testFaultPoints(allPoints('node', [1, 2, 4]), 900_000)

import { allPoints } from './fault-work.ts'
import { testToolFaults } from './test-tool-faults.ts'

await testToolFaults((tool) => allPoints(tool, [1]))

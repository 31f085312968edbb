import { briefPoints } from './fault-work.ts'
import { testToolFaults } from './test-tool-faults.ts'

await testToolFaults(briefPoints)

import { testDatabaseFileFlips } from './test-database-file-flips.ts'

testDatabaseFileFlips(100, 600_000)

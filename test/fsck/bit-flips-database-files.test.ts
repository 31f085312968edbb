import { testDatabaseFileFlips } from './test-database-file-flips.ts'

testDatabaseFileFlips(12, 120_000)

import { testConsortium } from './test-consortium.ts'

testConsortium(12, 900_000)

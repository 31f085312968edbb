import { testConsortium } from './test-consortium.ts'

testConsortium(1, 120_000)

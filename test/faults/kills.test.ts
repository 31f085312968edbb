import { testKills } from './test-kills.ts'

await testKills(25, 180_000)

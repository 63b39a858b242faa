import { readFileSync, writeFileSync } from 'node:fs';
import { readExamples } from './docs/static-examples';
import { PAGE, withTemplates } from './docs/static-templates';

/** `npm run docs:templates`: writes the table and the examples of all static templates into their page. */
writeFileSync(PAGE, withTemplates(readFileSync(PAGE, 'utf8'), readExamples()));
console.log(PAGE);

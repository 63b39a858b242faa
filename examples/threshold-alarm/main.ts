import { demonstrate } from './demonstrate';

await demonstrate((line) => console.log(line));

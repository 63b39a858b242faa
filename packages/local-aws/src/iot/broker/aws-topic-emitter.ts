import { TopicTree } from '../topics/topic-tree';

interface Message {
  readonly topic: string;
}
type Listener = (message: Message, done: () => void) => void;

/** The broker library's message bus (the interface of `mqemitter`), with AWS's `#`, which does not match its parent. */
export class AwsTopicEmitter {
  readonly current = 0;
  private readonly tree = new TopicTree<Listener>();
  private closed = false;

  on(filter: string, listener: Listener, done?: () => void): this {
    this.tree.add(filter, listener);
    if (done) setImmediate(done);
    return this;
  }

  removeListener(filter: string, listener: Listener, done?: () => void): this {
    this.tree.remove(filter, listener);
    if (done) setImmediate(done);
    return this;
  }

  emit(message: Message, done: (error?: Error) => void = () => {}): this {
    const listeners = this.closed ? [] : this.tree.match(message.topic);
    let waiting = listeners.length;
    if (waiting === 0) {
      done();
      return this;
    }
    for (const listener of listeners) {
      listener(message, () => {
        if (--waiting === 0) done();
      });
    }
    return this;
  }

  close(done: () => void): this {
    this.closed = true;
    setImmediate(done);
    return this;
  }
}

import { Duplex } from 'node:stream';
import { CONNECT, type Frame, FrameError, FrameSplitter } from './mqtt-frames';

/** What happens to a packet: the broker gets it, it is dropped without an answer, or the connection ends. */
export type PacketVerdict = 'pass' | 'drop' | 'close';

/** Decides about the packets of one client. */
export interface GateRules {
  /** Called for each packet of the client, in order. */
  inspect(frame: Frame): PacketVerdict;
  /** The client sent something that is not MQTT or is too long; the connection is about to end. */
  malformed(reason: string): void;
}

/** How long a connection that ends waits for its client to close. */
const LINGER_MS = 2000;

/**
 * Stands between a client's byte stream and the broker, and looks at every packet on its way in. AWS does some things
 * for which the MQTT library has no hook: it does not answer QoS 2, and it discards whole packets. They happen here, so
 * that the library can be replaced.
 */
export class MqttGate extends Duplex {
  private readonly splitter: FrameSplitter;
  private greeted = false;

  constructor(
    private readonly stream: Duplex,
    private readonly rules: GateRules,
    maxPacketBytes: number,
  ) {
    super();
    this.splitter = new FrameSplitter(maxPacketBytes);
    stream.on('data', (chunk: Buffer) => this.receive(chunk));
    stream.on('end', () => this.push(null));
    stream.on('error', (error) => this.destroy(error));
    stream.on('close', () => this.destroy());
  }

  private receive(chunk: Buffer): void {
    if (this.destroyed) return;
    let frames: Frame[];
    try {
      this.demandConnect(chunk);
      frames = this.splitter.push(chunk);
    } catch (error) {
      this.rules.malformed(error instanceof Error ? error.message : String(error));
      this.destroy();
      return;
    }
    for (const frame of frames) {
      const verdict = this.rules.inspect(frame);
      if (verdict === 'close' || this.destroyed) {
        this.destroy();
        return;
      }
      if (verdict === 'pass' && !this.push(frame.bytes)) this.stream.pause();
    }
  }

  /** Checks the first byte, so that a client of another protocol is refused at once. */
  private demandConnect(chunk: Buffer): void {
    const [first] = chunk;
    if (this.greeted || first === undefined) return;
    if (first >> 4 !== CONNECT) throw new FrameError('the first packet is not CONNECT');
    this.greeted = true;
  }

  override _read(): void {
    this.stream.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.stream.write(chunk, encoding)) callback();
    else this.afterDrain(callback);
  }

  override _writev(chunks: { chunk: Buffer }[], callback: (error?: Error | null) => void): void {
    if (this.stream.write(Buffer.concat(chunks.map(({ chunk }) => chunk)))) callback();
    else this.afterDrain(callback);
  }

  /**
   * Ends the stream so that the client can still read the last packet, such as a CONNACK. Reading goes on, because a
   * socket that closes with unread bytes resets the connection.
   */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (error === null && !this.stream.destroyed) {
      this.stream.end();
      this.stream.resume();
      const timer = setTimeout(() => this.stream.destroy(), LINGER_MS);
      timer.unref();
      this.stream.once('close', () => clearTimeout(timer));
    } else {
      this.stream.destroy();
    }
    callback(error);
  }

  private afterDrain(callback: () => void): void {
    const done = (): void => {
      this.stream.off('drain', done);
      this.stream.off('close', done);
      callback();
    };
    this.stream.once('drain', done);
    this.stream.once('close', done);
  }
}

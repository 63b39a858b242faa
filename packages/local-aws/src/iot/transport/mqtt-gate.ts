import { Duplex } from 'node:stream';
import { CONNECT, type Frame, FrameError, FrameSplitter } from './mqtt-frames';

/** What becomes of a packet: on to the broker, silently gone, or the end of the connection. */
export type PacketVerdict = 'pass' | 'drop' | 'close';

export interface GateRules {
  /** Called for each packet of the client, in order. */
  inspect(frame: Frame): PacketVerdict;
  /** The client sent something that is not MQTT or is too long; the connection is about to end. */
  malformed(reason: string): void;
}

/** Nothing is waited for longer than this once a connection is to end. */
const LINGER_MS = 2000;

/**
 * Stands between a client's byte stream and the broker and looks at every packet on its way in. What AWS does and the
 * broker library has no hook for (no answer at all to QoS 2, whole packets discarded) happens here, so that another
 * library could take its place.
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

  /** The first byte tells other protocols from MQTT, before anything is waited for. */
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

  /** Lets the client read what was written last (a CONNACK), and goes on reading: closing with bytes unread is a reset. */
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

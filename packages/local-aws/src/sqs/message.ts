import { createHash } from 'node:crypto';
import { AwsError } from '../endpoint/aws-error';
import type { RequestInput } from '../endpoint/aws-json';
import { md5OfAttributes, md5OfBody } from './md5';
import type { MessageAttribute, NewMessage, QueueConfiguration, SentMessage, StoredMessage } from './queue';

/** The message that a SendMessage asks for, or why the queue does not take it. */
export function newMessage(queue: QueueConfiguration, input: RequestInput, senderId: string): NewMessage {
  const { fifo, contentBasedDeduplication, maximumMessageSize } = queue;
  const body = String(input.MessageBody ?? '');
  if (body === '') throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (Buffer.byteLength(body) > maximumMessageSize) {
    throw new AwsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumMessageSize} bytes.`,
    );
  }
  const groupId = text(input.MessageGroupId);
  const deduplicationId = text(input.MessageDeduplicationId) ?? (contentBasedDeduplication ? sha256(body) : undefined);
  if (fifo && groupId === undefined) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageGroupId.');
  }
  if (fifo && deduplicationId === undefined) {
    throw new AwsError(
      'InvalidParameterValue',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  const attributes = input.MessageAttributes as Readonly<Record<string, MessageAttribute>> | undefined;
  return {
    body,
    senderId,
    ...(attributes === undefined ? {} : { attributes }),
    ...(groupId === undefined ? {} : { groupId }),
    ...(fifo && deduplicationId !== undefined ? { deduplicationId } : {}),
    ...(input.DelaySeconds === undefined ? {} : { delay: Number(input.DelaySeconds) }),
  };
}

/** The answer to a SendMessage. */
export function sendResult(message: NewMessage, { messageId, sequenceNumber }: SentMessage): Record<string, string> {
  const ofAttributes = md5OfAttributes(message.attributes ?? {});
  return {
    MessageId: messageId,
    ...(sequenceNumber === undefined ? {} : { SequenceNumber: sequenceNumber }),
    MD5OfMessageBody: md5OfBody(message.body),
    ...(ofAttributes === undefined ? {} : { MD5OfMessageAttributes: ofAttributes }),
  };
}

/** A message as ReceiveMessage gives it out. */
export function receivedMessage(message: StoredMessage): Record<string, unknown> {
  const ofAttributes = md5OfAttributes(message.attributes);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5OfBody(message.body),
    Attributes: systemAttributes(message),
    ...(ofAttributes === undefined
      ? {}
      : { MessageAttributes: message.attributes, MD5OfMessageAttributes: ofAttributes }),
  };
}

/** The system attributes of a received message, as clients and Lambda see them. */
export function systemAttributes(message: StoredMessage): Record<string, string> {
  return {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAt),
    SenderId: message.senderId,
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.sentAt),
    ...(message.groupId === undefined ? {} : { MessageGroupId: message.groupId }),
    ...(message.deduplicationId === undefined ? {} : { MessageDeduplicationId: message.deduplicationId }),
    ...(message.sequenceNumber === undefined ? {} : { SequenceNumber: message.sequenceNumber }),
  };
}

function text(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

function sha256(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

/* Each number of the contract, named once. Lengths of text are code points unless named _BYTES. */
#pragma once

#define PROTOCOL_VERSION 1

#define FRAME_MAX_BYTES (1024 * 1024)          /* a request or reply, on the socket */
#define PEER_REPLIES_MAX_BYTES (1024 * 1024)   /* replies that wait for one peer */
#define PEER_AHEAD_MAX_BYTES (4 * 1024 * 1024) /* requests of one peer not yet answered */
#define PEER_LARGE_MAX 16                      /* of these, such as may have a large answer */
#define PEER_LAG_MAX_BYTES (1024 * 1024)       /* event messages that wait for one subscriber */
#define EVENT_MESSAGE_MAX_BYTES (256 * 1024)
#define PEER_HANDSHAKE_US (10 * 1000000LL)
#define PEER_FRAME_US (30 * 1000000LL)
#define PEER_WRITE_US (30 * 1000000LL)

#define CUSTOMER_ID_MIN 3
#define CUSTOMER_ID_MAX 128
#define PRODUCT_ID_MAX 128
#define ITEMS_MAX 100
#define QUANTITY_MAX 1000000
#define REFERENCE_MAX 64
#define METADATA_PAIRS_MAX 32
#define METADATA_MAX_BYTES (8 * 1024)
#define PRIORITY_MAX 9
#define PRIORITY_DEFAULT 5
#define IDEMPOTENCY_KEY_MAX_BYTES 255
#define IDEMPOTENCY_KEY_US (24LL * 3600 * 1000000)
#define FAILURE_REASON_MAX 256
#define STOP_IF_LAST_MAX 1000      /* orders whose ends a replay's stop_if looks at */
#define CANARY_MAX 1000000000      /* orders a replay moves first */
#define PREVIEW_ORDERS_MAX 1000000 /* that a dry run's token names one by one */
#define PREVIEW_KEPT_US (3600 * 1000000LL)
#define REASON_MAX 256 /* what an operator gives as a reason or note */
#define RESULT_MAX_BYTES (64 * 1024)
#define RESULT_CUT_BYTES (48 * 1024) /* of each, where all of them do not fit into a reply */
#define BATCH_ORDERS_MAX 1000
#define ORDER_IDS_MAX 1000
#define PAGE_DEFAULT 50
#define PAGE_MAX 500
#define EVENTS_PAGE_MAX 1000
#define LOOK_MAX_ROWS 10000 /* how far a list looks before it hands over what it has */
#define MATCHED_MAX 10000   /* `matched` is exact up to here, then nil */
#define FILTER_MAX_BYTES 1024
#define FILTER_TERMS_MAX 32
#define STEP_NAME_MAX 32 /* bytes */
#define STEPS_MAX 16     /* of one list */
#define STEPS_EVER_MAX                                                                             \
    64 /* different names that an instance has known since its store was made                      \
        */
#define ALARM_NAME_MAX 64
#define DEPTH_MAX 16 /* nesting of a message */
#define SOCKET_PATH_MAX 107

#define BACKUP_PATH_MAX 1024
#define RATE_MAX 1000000 /* replays per second */
#define REPLAYS_KEPT_US (30LL * 86400 * 1000000)

#define LEASES_AT_ONCE_MAX 100 /* of one request */
#define LEASE_STEPS_MAX 64
#define LEASE_WAIT_MAX_MS 30000
#define LEASE_MAX_MS (12LL * 3600 * 1000)
#define LEASE_MAX_US (LEASE_MAX_MS * 1000)
#define LEASE_TOKEN_LEN 32
#define LEASES_MAX 65536        /* held at once */
#define LEASE_WAITERS_MAX 16384 /* requests that wait for one */
#define WORKER_NAME_MAX 128
#define RETRY_AFTER_MAX_MS (366LL * 86400 * 1000)

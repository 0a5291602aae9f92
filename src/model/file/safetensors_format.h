/* Definitions that the writer and the reader of the container share. */
#ifndef RG_MODEL_SAFETENSORS_FORMAT_H
#define RG_MODEL_SAFETENSORS_FORMAT_H

enum {
    RG_TENSOR_ALIGN = 64,
    RG_LENGTH_BYTES = 8,   /* of the header length in front */
    RG_CHECKSUM_BYTES = 8, /* of the last tensor */
    RG_HEADER_MOST = 1 << 26,
    RG_TENSORS_MOST = 1024
};

#define RG_FORMAT_NAME "regatta"
#define RG_FORMAT_VERSION "3"
enum { RG_FORMAT_NUMBER = 3 };
#define RG_CHECKSUM_NAME "checksum"
#define RG_PAD_PREFIX "pad."

/* Tensors have the same byte order in the file and in memory. */
#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "model files need a little-endian machine"
#endif
#endif

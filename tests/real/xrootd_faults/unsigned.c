/* An xrdcp that signs nothing, whatever the server demands.
 *
 * Stands in front of XrdCl::XRootDTransport::GetSignature(Message *, Message *&,
 * XRootDChannelInfo *) of libXrdCl. The result is a Status of eight bytes; 0 is stOK, and with no
 * signature beside it the request goes out alone.
 */
#include <stddef.h>

unsigned long _ZN5XrdCl15XRootDTransport12GetSignatureEPNS_7MessageERS2_PNS_17XRootDChannelInfoE(
    void *self, void *request, void **signature, void *channel)
{
    (void)self;
    (void)request;
    (void)channel;
    *signature = NULL;
    return 0;
}

/* An XRootD whose key check is taken out: every rendezvous key is good for every path.
 *
 * Stands in front of XrdOfsTPC::Authorize(XrdOfsTPC **, XrdOfsTPC::Facts &, int) of libXrdServer,
 * which is asked whenever a file is opened with a tpc.key. 0 is SFS_OK.
 */
int _ZN9XrdOfsTPC9AuthorizeEPPS_RNS_5FactsEi(void **tpc, void *facts, int is_destination)
{
    (void)tpc;
    (void)facts;
    (void)is_destination;
    return 0;
}
